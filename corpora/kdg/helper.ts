import type { Faker } from '@faker-js/faker';
import type { Arguments } from './arguments';

/** What the helpers of one record draw from. */
export interface Scene {
  readonly faker: Faker;
  /** The record's present, milliseconds since the epoch. */
  readonly nowMillis: number;
  /** The simulated time where one is simulated, otherwise the present. */
  readonly simulatedMillis: number;
  /** IANA name of the zone that `date.now` is written in. */
  readonly zone: string;
}

/** A value, of any shape; `textOf` writes it. */
export type Draw = (scene: Scene) => unknown;

/**
 * A helper of the template language. It reads its arguments once, when the template is compiled, so that a mistake is found before any
 * record is made. Throws UsageError for arguments that it cannot take; arguments beyond those that it knows are ignored, as there.
 */
export type Helper = (given: Arguments) => Draw;

/** A helper without arguments. */
export const plain =
  (draw: (faker: Faker, scene: Scene) => unknown): Helper =>
  () =>
  (scene) =>
    draw(scene.faker, scene);

/** Helpers of one module by their names. */
export type Module = Readonly<Record<string, Helper>>;
