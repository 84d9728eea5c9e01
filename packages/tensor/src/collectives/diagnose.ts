import { tasksIn } from './task-name.ts';

/** What has gone wrong between the processes. */
export interface Diagnosis {
  readonly code: 'PEER_LOST' | 'PEER_LATE' | 'PEER_FAILED' | 'CLUSTER_FAILED';
  /** Whom it is about; empty where that isn't known. */
  readonly tasks: readonly number[];
  /** What is said of them, or, without tasks, of the whole. */
  readonly text: string;
  /** The task that found out, where that wasn't this one. */
  readonly reporter?: number;
}

/** What the native watch aborts operations with. */
const WAITED_TOO_LONG = 'waited for too long for another task';

/** Whether TensorFlow's message is of an operation between processes rather than of anything else that went wrong. */
export function isCollectiveFailure(message: string): boolean {
  return /Collective ops is aborted|collective ops already aborted|CoordinationService|tensorflow\.WorkerService/.test(
    message,
  );
}

/** `null`: this task has waited too long, and it must yet be found out for whom. */
export function diagnose(message: string): Diagnosis | null {
  const reported = /Error reported from \S*\/task:(\d+): ([^\n]*)/.exec(message);
  const reporter = Number(reported?.[1] ?? NaN);
  const diagnosis = parseReport(reported?.[2] ?? '');
  if (diagnosis !== undefined) return { ...diagnosis, reporter };

  const silent = message.indexOf('stopped sending heartbeats');
  if (silent >= 0) {
    const text = 'gave no sign of life: killed, frozen, or cut off from the network';
    return { code: 'PEER_LOST', tasks: tasksIn(message.slice(silent)), text };
  }
  if (message.includes('Shutdown barrier has failed')) {
    const [first = ''] = /first task at the barrier: \S*/.exec(message) ?? [];
    return { code: 'PEER_LOST', tasks: tasksIn(first), text: 'ended while others still computed' };
  }
  if (reported !== null) return { code: 'PEER_FAILED', tasks: [], text: reported[2] ?? '', reporter };
  if (message.includes('CoordinationService')) {
    return {
      code: 'PEER_LOST',
      tasks: [0],
      text: 'did not answer: it ended, froze, or the network between is cut',
    };
  }
  if (message.includes(WAITED_TOO_LONG)) return null;
  const remote = message.indexOf('remote target');
  const tasks = remote < 0 ? [] : tasksIn(message.slice(remote)).slice(0, 1);
  if (tasks.length > 0) {
    const reason = /Connection reset by peer|Connection refused|Socket closed/i.exec(message);
    return {
      code: 'PEER_LOST',
      tasks,
      text: `ended or was killed (${reason?.[0].toLowerCase() ?? 'no connection'})`,
    };
  }
  return { code: 'CLUSTER_FAILED', tasks: [], text: firstLine(message) };
}

/** For the others, who may not have noticed yet. */
export function formatReport({ code, tasks, text }: Diagnosis): string {
  return `borealis ${code} [${tasks.join()}] ${text}`;
}

function parseReport(text: string): Diagnosis | undefined {
  const parts = /^borealis (PEER_LOST|PEER_LATE|CLUSTER_FAILED) \[([\d,]*)\] (.*)$/.exec(text);
  if (parts === null) return undefined;
  const tasks = (parts[2] ?? '').split(',').filter((task) => task !== '');
  return { code: parts[1] as Diagnosis['code'], tasks: tasks.map(Number), text: parts[3] ?? '' };
}

function firstLine(text: string): string {
  return text.replace(/^Invalid TF_Status: \d+\s+Message: /, '').split('\n')[0] ?? '';
}
