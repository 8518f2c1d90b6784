import { createHash } from 'node:crypto';
import { FILM_COUNT, filmLines, films } from '../../../infra/feeds/film-titles';

describe('the films of the dimension', () => {
  it('are a thousand, numbered from 1 without a gap, as the template of rentals draws them', () => {
    expect(FILM_COUNT).toBe(1_000);
    expect(films().map(({ film_id: id }) => id)).toEqual(Array.from({ length: 1_000 }, (_, index) => index + 1));
  });

  it('have a title of two words each that no other film has', () => {
    const titles = films().map(({ title }) => title);
    expect(new Set(titles).size).toBe(1_000);
    expect(titles.filter((title) => !/^[A-Z][a-z]+ [A-Z][a-z]+$/.test(title))).toEqual([]);
  });

  it('have years, lengths and categories that films have', () => {
    for (const { release_year: year, length_minutes: minutes, category } of films()) {
      expect([Number.isInteger(year), year >= 1_920, year < 2_000]).toEqual([true, true, true]);
      expect([Number.isInteger(minutes), minutes >= 45, minutes < 185]).toEqual([true, true, true]);
      expect(category).not.toBe('');
    }
  });

  it('are the same every time, in every deployment: another object would be a change of the stack', () => {
    expect(filmLines()).toBe(filmLines());
    expect(createHash('sha256').update(filmLines()).digest('hex')).toBe(
      '497511d92334b3a1614aef858428bf6e4b03b80850fc7813553eae30ae40febf',
    );
  });

  it('are written a JSON object a line', () => {
    const lines = filmLines().split('\n');
    expect(lines.pop()).toBe('');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(films());
  });
});
