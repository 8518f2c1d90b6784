import { createHash } from 'node:crypto';
import type { Caller } from '../../caller';
import type { Resource } from '../../graph';
import type { S3StandIn } from './s3';

export const honouredInputs: readonly string[] = ['bucket', 'key', 'content', 'contentType'];
export const ignoredInputs: Readonly<Record<string, string>> = {
  region: 'the host has one region',
  tags: 'tags change no behaviour',
};

/** Puts the objects that the program itself declares, each only where the bucket does not have it as it is declared. */
export const putProgramObjects = async (s3: S3StandIn, caller: Caller, resources: readonly Resource[]): Promise<void> => {
  for (const { inputs } of resources) {
    const name = { bucket: String(inputs['bucket']), key: String(inputs['key']) };
    const body = Buffer.from(String(inputs['content']));
    const there = await s3.head(caller, name);
    if (there?.etag.replaceAll('"', '') === createHash('md5').update(body).digest('hex')) continue;
    const contentType = inputs['contentType'] as string | undefined;
    await s3.putObject(caller, { ...name, body, ...(contentType === undefined ? {} : { contentType }) });
  }
};
