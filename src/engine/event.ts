import type { Step } from '../plan/step.ts';

/** What the engine tells while it works. Renderers turn it into lines; the event log keeps it. */
export type EngineEvent =
  | { readonly type: 'stage'; readonly name: string; readonly detail?: string }
  | { readonly type: 'note'; readonly level: 'info' | 'warning'; readonly text: string }
  | { readonly type: 'step-started'; readonly step: Step }
  | { readonly type: 'step-kept'; readonly step: Step }
  | { readonly type: 'step-done'; readonly step: Step }
  | { readonly type: 'progress'; readonly what: string; readonly done: number; readonly total: number | undefined }
  | {
      readonly type: 'gate';
      readonly name: string;
      /** `passed-before`: for the same bytes, in the statement of the release candidate. */
      readonly outcome: 'started' | 'passed' | 'failed' | 'passed-before' | 'not-required';
    }
  | { readonly type: 'output'; readonly from: string; readonly text: string };

export type Report = (event: EngineEvent) => void;
