/** A message on its way to the broker. Everything is sent with QoS 1. */
export interface OutgoingMessage {
  readonly topic: string;
  /** Empty together with `isRetained` deletes what the broker keeps. */
  readonly payload: string;
  readonly isRetained: boolean;
}

/** A message as the broker delivered it. */
export interface ArrivedMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly isRetained: boolean;
}
