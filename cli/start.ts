import { UsageError } from '../contracts/errors';
import { startHost } from '../local/host';
import type { Host, HostOptions } from '../local/host-types';

/** Starts the embedded host for a command. A port that is taken or forbidden is the person's to mend: a UsageError. */
export const startedHost = async (options: HostOptions): Promise<Host> => {
  try {
    return await startHost(options);
  } catch (thrown) {
    const { code } = thrown as { readonly code?: unknown };
    if (code === 'EADDRINUSE')
      throw new UsageError(`port ${options.port} is in use; stop what listens there, or give another --port.`, { cause: thrown });
    if (code === 'EACCES')
      throw new UsageError(`port ${options.port} may not be used by you; give a --port above 1023.`, { cause: thrown });
    throw thrown;
  }
};
