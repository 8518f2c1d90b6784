import { createHash } from 'node:crypto';
import type { BufferIdentity } from './object-buffer';
import { evaluatePrefix, formatTimestamp } from './prefix';
import type { DeliverySettings } from './settings';

/** Firehose counts a stream's configurations from 1; a running host has but one. */
const VERSION = 1;

/** "The evaluated prefix … must be at most 512 characters": a longer one makes its records errors. */
export const MOST_PREFIX_CHARACTERS = 512;

/** Names objects `<prefix><stream>-<version>-yyyy-MM-dd-HH-mm-ss-<uuid><extension>`. The uuids come from a seed, so a replayed day has the same names. */
export class ObjectNames {
  #drawn = 0;

  constructor(
    private readonly settings: DeliverySettings,
    private readonly seed: string,
  ) {}

  keyOf(identity: BufferIdentity, arrivalMillis: number): string {
    const { name, timeZone, compression, fileExtension } = this.settings;
    const time = formatTimestamp('yyyy-MM-dd-HH-mm-ss', arrivalMillis, timeZone);
    const extension = fileExtension ?? (compression === 'GZIP' ? '.gz' : '');
    const digest = this.#draw();
    const uuid = `${digest.slice(0, 8)}-${digest.slice(8, 12)}-4${digest.slice(13, 16)}-8${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
    return `${this.prefixOf(identity, arrivalMillis, digest)}${name}-${VERSION}-${time}-${uuid}${extension}`;
  }

  prefixOf({ partitionKeys, errorOutputType }: BufferIdentity, arrivalMillis: number, digest = ''): string {
    const { prefix, errorOutputPrefix, timeZone } = this.settings;
    const context = { arrivalMillis, timeZone, partitionKeys, randomString: () => digest.slice(33, 44).padStart(11, '0') };
    return errorOutputType === undefined
      ? evaluatePrefix(prefix, context)
      : evaluatePrefix(errorOutputPrefix ?? prefix, { ...context, errorOutputType });
  }

  #draw(): string {
    return createHash('sha256').update(`${this.seed}:object:${this.#drawn++}`).digest('hex');
  }
}
