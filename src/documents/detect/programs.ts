import { readTomlEntries } from '../toml-entries.ts';
import type { ProjectView } from './project-view.ts';
import { readCopies } from './dockerfile-copies.ts';
import { below, folderOf, nameOf, ownPaths } from './project-view.ts';

/** A program of the project that its image holds. */
export interface FoundProgram {
  readonly name: string;
  /** Absolute path in the image, where the Dockerfile shows it. */
  readonly path: string | undefined;
  /** Whether the image has nothing else that it could need: then it is a static program, or it does not start. */
  readonly isStatic: boolean;
}

/** The programs that Cargo or Go build here, those that the Dockerfile copies first. */
export function findPrograms(view: ProjectView, dockerfile: string | undefined): readonly FoundProgram[] {
  const text = dockerfile === undefined ? '' : (view.read(dockerfile) ?? '');
  const copied = copiedFiles(text);
  const isStatic = isBare(text);
  const paths = ownPaths(view.paths);
  const names = [...new Set([...cargoPrograms(view, paths), ...goPrograms(view, paths)])];
  const found = names.map((name) => ({ name, path: copied.find((path) => nameOf(path) === name), isStatic }));
  return found.toSorted((left, right) => Number(left.path === undefined) - Number(right.path === undefined));
}

function cargoPrograms(view: ProjectView, paths: readonly string[]): readonly string[] {
  return paths
    .filter((path) => nameOf(path) === 'Cargo.toml')
    .flatMap((path) => {
      const entries = readTomlEntries(view.read(path) ?? '').filter(({ key }) => key.join('.') === 'name');
      const namesIn = (table: string): readonly string[] =>
        entries.flatMap((entry) => (entry.table.join('.') === table && entry.value ? [entry.value.text] : []));
      const bins = namesIn('bin');
      if (bins.length > 0) return bins;
      return paths.includes(below(folderOf(path), 'src/main.rs')) ? namesIn('package') : [];
    })
    .filter((name) => /^[A-Za-z0-9_-]+$/.test(name));
}

/** `cmd/NAME/main.go`, or a `main.go` beside go.mod, which is named like the last part of its module. */
function goPrograms(view: ProjectView, paths: readonly string[]): readonly string[] {
  const commands = paths.flatMap((path) => /^(?:.+\/)?cmd\/([A-Za-z0-9_-]+)\/main\.go$/.exec(path)?.[1] ?? []);
  const modules = paths
    .filter((path) => nameOf(path) === 'go.mod' && paths.includes(below(folderOf(path), 'main.go')))
    .flatMap((path) => /^module\s+(\S+)/m.exec(view.read(path) ?? '')?.[1] ?? [])
    .flatMap((module) => lastWord(module.replace(/\/v\d{1,9}$/, '')));
  return [...commands, ...modules];
}

function lastWord(module: string): readonly string[] {
  const word = module.split(/[^A-Za-z0-9_-]/).at(-1) ?? '';
  return word === '' ? [] : [word];
}

/** Whether the last stage begins with nothing, or with what has no loader of shared libraries. */
function isBare(text: string): boolean {
  const last = [...text.matchAll(/^[ \t]*FROM[ \t]+(?:--platform=\S+[ \t]+)?(\S+)/gim)].at(-1)?.[1] ?? '';
  return last === 'scratch' || /^gcr\.io\/distroless\/static\b/.test(last);
}

/** Absolute paths that a Dockerfile copies single files of an earlier stage to. */
function copiedFiles(text: string): readonly string[] {
  return readCopies(text).flatMap(({ isOfStage, from, to }) => {
    const [source = '', ...more] = from;
    if (!isOfStage || more.length > 0 || !/^\/[A-Za-z0-9._/-]+$/.test(to)) return [];
    const path = to.endsWith('/') ? `${to}${nameOf(source)}` : to;
    const parts = path.split('/').slice(1);
    return parts.some((part) => part === '' || part === '.' || part === '..') ? [] : [path];
  });
}
