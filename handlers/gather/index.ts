import { environment } from '../../contracts/environments';
import { gatherRequest, type GatherResult } from '../../workflows/steps';
import { LakeObjects } from '../aws/objects';
import { step } from '../aws/shell';
import { gatherTask } from './task';

const objects = new LakeObjects(environment('gather', process.env).LAKE_BUCKET);

/** A task of an attempt in, the lines that it gathered out; a throw is a trouble of the service, of the bucket or of the function's rights. */
export const handler = step('gather', (event): Promise<GatherResult> => gatherTask(objects, gatherRequest.parse(event)));
