import { environment } from '../../contracts/environments';
import { routeRequest, type RouteResult } from '../../workflows/steps';
import { LakeObjects } from '../aws/objects';
import { step } from '../aws/shell';
import { routeRound } from './round';

const objects = new LakeObjects(environment('route', process.env).LAKE_BUCKET);

/** A round's request in, what it routed out; a throw is a trouble of the service, of the bucket or of the function's rights. */
export const handler = step('route', (event): Promise<RouteResult> => routeRound(objects, routeRequest.parse(event)));
