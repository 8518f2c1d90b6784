/**
 * An error as an AWS service answers it: its code (`ResourceNotFoundException`), its sentence and its HTTP status.
 * The endpoint encodes it in the protocol of the service; the state machine stand-in names it `<Service>.<code>`.
 */
export class AwsError extends Error {
  override readonly name = 'AwsError';

  constructor(
    readonly code: string,
    message: string,
    readonly status: number = 400,
    /** Further members of the error's body, where the service has them (`AthenaErrorCode`, S3's `Key`). */
    readonly members: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }
}
