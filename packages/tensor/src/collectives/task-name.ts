export const JOB = 'worker';

/** A task's name in TensorFlow's cluster. */
export function taskName(task: number): string {
  return `/job:${JOB}/replica:0/task:${task}`;
}

/** The tasks named in a message of TensorFlow, in order, each once. */
export function tasksIn(text: string): number[] {
  const found = [...text.matchAll(/\/task:(\d+)/g)].map(([, task]) => Number(task));
  return [...new Set(found)];
}
