import { readYaml } from '../../policy/yaml-source.ts';
import { below, folderOf } from './project-view.ts';
import { member } from './yaml-members.ts';

/** A service of a compose file that is built here. */
export interface ComposeBuild {
  readonly dockerfile: string;
  readonly context: string;
  /** `host/owner/name`, without tag; undefined where it is not given or made of variables. */
  readonly image: string | undefined;
}

/** The services that a compose file builds from this repository. What is no compose file gives none. */
export function readComposeBuilds(path: string, text: string): readonly ComposeBuild[] {
  const services = member(readYaml(text).value, 'services');
  if (typeof services !== 'object' || services === null) return [];
  return Object.values(services).flatMap((service: unknown): readonly ComposeBuild[] => {
    const build = member(service, 'build');
    const written = typeof build === 'string' ? build : (member(build, 'context') ?? '.');
    if (build === undefined || typeof written !== 'string') return [];
    const context = resolve(folderOf(path), written);
    const named = member(build, 'dockerfile') ?? 'Dockerfile';
    const dockerfile = typeof named === 'string' && context !== undefined ? resolve(context, named) : undefined;
    if (context === undefined || dockerfile === undefined) return [];
    return [{ dockerfile, context, image: imageIn(member(service, 'image')) }];
  });
}

function imageIn(image: unknown): string | undefined {
  if (typeof image !== 'string') return undefined;
  // A variable may stand for the tag, as in NAME:${VERSION:-latest}, but not for a part of the name.
  const [fixed = '', ...variable] = image.split('$');
  if (variable.length > 0 && !/[:@]$/.test(fixed)) return undefined;
  const [name = ''] = fixed.split('@', 1);
  const tag = name.indexOf(':', name.lastIndexOf('/') + 1);
  return tag === -1 ? name : name.slice(0, tag);
}

/** A relative path from a folder; undefined where it leads out of the repository or is no plain path. */
function resolve(folder: string, path: string): string | undefined {
  if (path.startsWith('/') || /[$\\]|:\/\//.test(path)) return undefined;
  const parts: string[] = [];
  for (const part of below(folder, path).split('/')) {
    if (part === '..' && parts.pop() === undefined) return undefined;
    if (part !== '..' && part !== '.' && part !== '') parts.push(part);
  }
  return parts.length === 0 ? '.' : parts.join('/');
}
