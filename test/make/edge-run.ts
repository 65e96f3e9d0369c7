import { openReleaseProject } from '../../src/cli/compose-release.ts';
import type { EdgeRequest, EdgeResult } from '../../src/engine/edge/edge.ts';
import { publishEdge } from '../../src/engine/edge/edge.ts';
import type { EngineEvent } from '../../src/engine/event.ts';
import type { ReleaseWorld } from '../../src/engine/world.ts';
import type { TestProject } from './project.ts';
import { ciEnvironment } from './project.ts';
import { silentContext } from './silent-context.ts';

export interface EdgeRun extends EdgeRequest {
  /** The clock of the run, as an ISO text; default: the machine's. */
  readonly at?: string;
  /** A checkout; default: the maintainer's clone. */
  readonly folder?: string;
  readonly data?: string;
  /** Changes the world the run sees. */
  readonly world?: (world: ReleaseWorld) => ReleaseWorld;
}

export interface EdgeRunResult extends EdgeResult {
  /** What the run said beside its work. */
  readonly notes: readonly string[];
  readonly events: readonly EngineEvent[];
}

/** One `cutwater edge` in this process, on a day of its own. Throws as the command would fail. */
export async function runEdge(project: TestProject, run: EdgeRun = {}): Promise<EdgeRunResult> {
  const { at, folder = project.clone.folder, data = project.data, world: change, ...request } = run;
  const opened = await openReleaseProject(silentContext({ folder, env: ciEnvironment(project, data) }));
  const events: EngineEvent[] = [];
  try {
    const now = at === undefined ? opened.world.now : Date.parse(at) / 1000;
    const world = { ...opened.world, now, report: (event: EngineEvent) => void events.push(event) };
    const result = await publishEdge(change?.(world) ?? world, opened.loaded, request);
    const notes = events.flatMap((event) => (event.type === 'note' ? [event.text] : []));
    return { ...result, events, notes };
  } finally {
    await opened.close();
  }
}
