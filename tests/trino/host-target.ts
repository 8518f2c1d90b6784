import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { Host } from '../../local/host-types';
import type { Target } from './ask';

/** A running host; statements go to the workgroup of the compaction, which lets a CTAS choose its place. */
export const targetOf = (host: Host): Target => {
  const bucket = String(host.outputs['bucket']);
  return {
    bucket,
    workgroup: String(host.outputs['compactionWorkgroup']),
    call: (service, operation, input) => host.call(service, operation, input),
    put: async (key, body) => {
      const s3 = new S3Client({
        endpoint: host.endpoint,
        region: host.region,
        forcePathStyle: true,
        credentials: { accessKeyId: 'operator', secretAccessKey: 'operator' },
      });
      try {
        await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
      } finally {
        s3.destroy();
      }
    },
  };
};
