import type { LoadedPolicy } from '../engine/facts/load-policy.ts';
import type { ImageRepository } from '../ports/repository.ts';

/** A project as a command sees it: its rules, and the world behind the ports. */
export interface Project<World> {
  readonly loaded: LoadedPolicy;
  readonly world: World;
  readonly opened: OpenedRepository;
  /** Ends servers, connections and folders of this run. */
  close(): Promise<void>;
}

/** A repository with what it takes to reach it. */
export interface OpenedRepository {
  readonly repository: ImageRepository;
  /** An image's name as other programs on this machine can pull it as long as this run lasts. */
  readonly pullName: (image: string) => Promise<string>;
  close(): Promise<void>;
}
