/** The package comes without types. */
declare module 'asl-validator' {
  interface Checked {
    readonly isValid: boolean;
    readonly errors: readonly { readonly Message?: string; readonly path?: string }[];
  }
  function validate(definition: unknown, options?: { readonly checkArn?: boolean; readonly checkPaths?: boolean }): Checked;
  export = validate;
}
