import type { Resource } from '../../graph';

/** An enabled rule of a bucket's lifecycle. */
export interface LifecycleRule {
  readonly id: string;
  /** Of the keys that it applies to; empty for all. */
  readonly prefix: string;
  /** Days after its last modification at which an object leaves. */
  readonly expirationDays?: number;
  /** Days after its begin at which an upload that never ended is given up. */
  readonly abortUploadDays?: number;
  /** Answered as declared; old versions and delete markers are not kept. */
  readonly noncurrentDays?: number;
  readonly expiredMarkers?: boolean;
}

export const honouredInputs: readonly string[] = [
  'bucket',
  'rules.id',
  'rules.status',
  'rules.filter.prefix',
  'rules.expiration.days',
  'rules.abortIncompleteMultipartUpload.daysAfterInitiation',
];
export const ignoredInputs: Readonly<Record<string, string>> = {
  region: 'the host has one region',
  'rules.expiration.expiredObjectDeleteMarker': 'no delete markers are kept',
  'rules.noncurrentVersionExpiration.noncurrentDays': 'old versions are not kept',
};

interface DeclaredRule {
  readonly id?: string;
  readonly status: string;
  readonly filter?: { readonly prefix?: string };
  readonly expiration?: { readonly days?: number; readonly expiredObjectDeleteMarker?: boolean };
  readonly noncurrentVersionExpiration?: { readonly noncurrentDays?: number };
  readonly abortIncompleteMultipartUpload?: { readonly daysAfterInitiation?: number };
}

/** The enabled rules by bucket, of the graph's lifecycle configurations. */
export const lifecycleRules = (configurations: readonly Resource[]): ReadonlyMap<string, readonly LifecycleRule[]> =>
  new Map(
    configurations.map(({ inputs }) => [
      String(inputs['bucket']),
      (inputs['rules'] as readonly DeclaredRule[])
        .filter(({ status }) => status === 'Enabled')
        .map(({ id = '', filter, expiration, noncurrentVersionExpiration, abortIncompleteMultipartUpload }) => ({
          id,
          prefix: filter?.prefix ?? '',
          ...(expiration?.days === undefined ? {} : { expirationDays: expiration.days }),
          ...(abortIncompleteMultipartUpload?.daysAfterInitiation === undefined
            ? {}
            : { abortUploadDays: abortIncompleteMultipartUpload.daysAfterInitiation }),
          ...(noncurrentVersionExpiration?.noncurrentDays === undefined
            ? {}
            : { noncurrentDays: noncurrentVersionExpiration.noncurrentDays }),
          ...(expiration?.expiredObjectDeleteMarker === true ? { expiredMarkers: true } : {}),
        })),
    ]),
  );
