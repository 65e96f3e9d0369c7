import type { ObjectId } from '../domain/object-id.ts';

/**
 * `queued`: for a machine, another run or a timer. `waiting`: for a person's approval. Whatever ended neither well nor
 * cancelled nor skipped has failed.
 */
export type RunState = 'queued' | 'running' | 'waiting' | 'succeeded' | 'failed' | 'cancelled' | 'skipped';

/** All texts are the server's and may hold anything. */
export interface WorkflowJob {
  readonly name: string;
  readonly state: RunState;
  /** The step it is at, where the forge tells. */
  readonly step: string | undefined;
  /** Its page on the forge. */
  readonly url: string | undefined;
}

export interface WorkflowRun {
  readonly id: number;
  /** Its page on the forge. */
  readonly url: string;
  readonly state: RunState;
  /** What a person has to approve, such as the name of an environment; empty where the forge does not tell. */
  readonly approvals: readonly string[];
  /** When it was last changed, in milliseconds of the server's clock. */
  readonly changedAt: number;
  /** Of the last attempt, in the order the forge gives them; empty where it tells of no jobs. */
  readonly jobs: readonly WorkflowJob[];
}

export type RunQuestion =
  /** The run that the push of a tag started, at this commit; or one that a person started, which is called `title`. */
  | {
      readonly of: 'tag';
      readonly workflow: string;
      readonly tag: string;
      readonly commit: ObjectId;
      readonly title: string;
    }
  /** Any run of the workflow that began at this moment (milliseconds, the server's clock) or later. */
  | { readonly of: 'moment'; readonly workflow: string; readonly since: number };

/** What the server has said about how much it lets us ask. */
export interface RequestAllowance {
  /** Requests sent so far, retries not counted. */
  readonly sent: number;
  /** How many are left until `resetsAt` (milliseconds); undefined where the server tells no limit. */
  readonly left: { readonly requests: number; readonly resetsAt: number } | undefined;
}

/** The runs of workflows on a forge. Nothing is started, stopped or approved. */
export interface WorkflowRuns {
  /** For messages: forge and repository. */
  readonly description: string;
  /** The newest run there is; `workflow` is the name of its file. Undefined where none has begun. */
  findRun(question: RunQuestion): Promise<WorkflowRun | undefined>;
  allowance(): RequestAllowance;
}
