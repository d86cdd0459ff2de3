/** The topics of one drive. */
export interface DriveTopics {
  readonly availability: string;
  readonly state: string;
  readonly attributes: string;
  readonly event: string;
}

/** The topics of one NAS. */
export interface NasTopics {
  /** `online` / `offline`, retained; the broker says `offline` for a controller that died. */
  readonly status: string;
  readonly state: string;
  readonly event: string;
  readonly response: string;
  /** Filters to subscribe to for requests, with wildcards. */
  readonly requests: readonly string[];
  drive(serial: string): DriveTopics;
}

/** What a request's topic says. */
export interface RequestTopic {
  readonly verb: string;
  /** `<drive>` of `…/drive/<drive>/set/<verb>`; null for the NAS-level form. */
  readonly topicDrive: string | null;
  /** The embedded broker has marked it: it was published with retain. */
  readonly isMarkedRetained: boolean;
}

const retainedLevel = 'retained';
const requestPattern = /^burnin\/[^/]+\/(?:drive\/[^/]+\/)?set\/[^/]+$/;

/**
 * The topic on which the embedded broker passes on a request that was published with retain. MQTT 3.1.1 takes that flag
 * off for whoever is subscribed already, so it has to be in the topic. Null for any topic that is not a request.
 */
export function markRetained(topic: string): string | null {
  return requestPattern.test(topic) ? `${topic}/${retainedLevel}` : null;
}

/** Builds the names of all topics of a NAS. */
export function buildTopics(nas: string): NasTopics {
  const base = `burnin/${buildTopicName(nas)}`;
  return {
    status: `${base}/status`,
    state: `${base}/state`,
    event: `${base}/event`,
    response: `${base}/response`,
    requests: [`${base}/set`, `${base}/drive/+/set`].flatMap((set) => [
      `${set}/+`,
      `${set}/+/${retainedLevel}`,
    ]),
    drive: (serial) => buildDriveTopics(`${base}/drive/${buildTopicName(serial)}`),
  };
}

function buildDriveTopics(base: string): DriveTopics {
  return {
    availability: `${base}/availability`,
    state: `${base}/state`,
    attributes: `${base}/attributes`,
    event: `${base}/event`,
  };
}

/**
 * Turns a serial number or a NAS's name into one topic level of `[A-Za-z0-9_-]`, which is also what Home Assistant
 * accepts in an id. When characters had to be replaced a hash of the whole text follows, so that two drives cannot meet.
 */
export function buildTopicName(text: string): string {
  const clean = text.replace(/[^A-Za-z0-9_-]/g, '_');
  return clean === text && text !== '' ? text : `${clean}-${buildShortHash(text)}`;
}

/** FNV-1a over UTF-16 code units, eight hexadecimal digits: stable across versions, not for secrets. */
function buildShortHash(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}

/** Reads the topic of a request to this NAS; null for any other topic. The verb may be one that nobody knows. */
export function readRequestTopic(nas: string, topic: string): RequestTopic | null {
  const [root, name, ...rest] = topic.split('/');
  if (root !== 'burnin' || name !== buildTopicName(nas)) return null;
  const [first, drive, ...driveRest] = rest;
  if (first === 'drive' && drive !== undefined) return readSet(driveRest, drive);
  return readSet(rest, null);
}

function readSet(levels: readonly string[], topicDrive: string | null): RequestTopic | null {
  const [set, verb, mark, ...more] = levels;
  if (set !== 'set' || verb === undefined || verb === '' || more.length > 0) return null;
  if (mark !== undefined && mark !== retainedLevel) return null;
  return { verb, topicDrive, isMarkedRetained: mark === retainedLevel };
}
