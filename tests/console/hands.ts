import type { Locator, Page } from 'playwright-core';

/** What a person does on the page, and where they look. */
export class Hands {
  constructor(readonly page: Page) {}

  row(name: string): Locator {
    return this.page.locator('#members > li', { hasText: name });
  }

  /** The outcome of the last change. */
  sent(): Locator {
    return this.page.locator('#sent > li').first();
  }

  /** The yes of the question before a deletion. */
  yes(): Locator {
    return this.page.locator('#confirm').getByRole('button', { name: 'Delete', exact: true });
  }

  async fill(name: string, email: string, role = 'editor'): Promise<void> {
    await this.page.getByLabel('Name', { exact: true }).fill(name);
    await this.page.getByLabel('Email address').fill(email);
    await this.page.getByLabel('Role').selectOption(role);
  }

  async add(name: string, email = 'someone@example.com', role = 'editor'): Promise<void> {
    await this.fill(name, email, role);
    await this.page.getByRole('button', { name: 'Add member' }).click();
    await this.row(name).waitFor();
  }

  async edit(name: string, label: string, value: string): Promise<void> {
    await this.page.getByRole('button', { name: `Edit ${name}`, exact: true }).click();
    await this.page.getByLabel(label, { exact: true }).fill(value);
    await this.page.getByRole('button', { name: 'Save changes' }).click();
  }

  /** Deletes a member, with a yes to the question. */
  async remove(name: string): Promise<void> {
    await this.page.getByRole('button', { name: `Delete ${name}`, exact: true }).click();
    await this.yes().click();
    await this.row(name).waitFor({ state: 'detached' });
  }

  async useFirehose(wanted: boolean): Promise<void> {
    const control = this.page.getByRole('switch', { name: 'Use Firehose' });
    if ((await control.getAttribute('aria-checked')) !== String(wanted)) await control.click();
  }
}
