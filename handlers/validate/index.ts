import { environment } from '../../contracts/environments';
import { validateRequest } from '../../workflows/steps';
import { step } from '../aws/shell';
import { runOf } from './core';

const { FEEDS } = environment('validate', process.env);

/** Execution input in, run out. Throws InvalidInput, before anything is locked or read. */
export const handler = step('validate', async (event) => runOf(validateRequest.parse(event), FEEDS));
