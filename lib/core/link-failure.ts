/** Why a connection could not be made or has ended. `isRefused`: a person has to change something. */
export interface LinkFailure {
  readonly isRefused: boolean;
  /** Plain words, without secrets. */
  readonly message: string;
}

/** What an SSH client says about a failure; nothing in it is certain to be there. */
export interface LinkError {
  readonly message: string;
  /** System code (`ECONNREFUSED`) or number of an SSH disconnect message. */
  readonly code?: string | number | undefined;
  /** Layer that failed, in ssh2's words: `client-authentication`, `client-timeout`, `client-socket`, … */
  readonly level?: string | undefined;
  /** Ways to log in that the host allows, as far as it told. */
  readonly allowed?: readonly string[] | undefined;
}

const causes: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused: is the SSH service on?',
  ECONNRESET: 'connection reset by the NAS',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
  ENOTFOUND: 'host name not found',
  EAI_AGAIN: 'host name could not be looked up',
  EPIPE: 'connection lost',
  ETIMEDOUT: 'no answer from the host',
};

/** Judges an error of the SSH client. `target` is `user@host:port`. */
export function judgeLinkError(error: LinkError, target: string): LinkFailure {
  if (isLoginRefusal(error)) {
    const allowed = error.allowed === undefined ? '' : ` (it allows ${error.allowed.join(', ')})`;
    return {
      isRefused: true,
      message: `login refused by ${target}${allowed}: check user name, key file or password, and what the NAS allows this user`,
    };
  }
  return { isRefused: false, message: `${target}: ${nameCause(error)}` };
}

/** A server that allows one try only hangs up instead of refusing it. */
function isLoginRefusal(error: LinkError): boolean {
  return error.level === 'client-authentication' || /authentication failures/i.test(error.message);
}

function nameCause(error: LinkError): string {
  if (error.message === 'Keepalive timeout') return 'the NAS stopped answering';
  if (error.level === 'client-timeout') return 'no answer from the host';
  // Some of these words come from the host, and may be anything.
  return causes[String(error.code)] ?? error.message.replace(/[^\x20-\x7e]+/g, ' ').slice(0, 200);
}
