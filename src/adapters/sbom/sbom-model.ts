import { createHash } from 'node:crypto';
import { hexOf } from '../../domain/digest.ts';
import type { ReleasedBinary } from '../../domain/release-statement.ts';
import type { ToolInventory } from '../../domain/tool-inventory.ts';
import type { ImageInventory, InventoryFile } from '../../ports/image-files.ts';
import type { EvidenceNotes } from './evidence-notes.ts';
import { evidenceNotes } from './evidence-notes.ts';
import type { ImageEvidence } from './image-evidence.ts';
import { isOpaque, readImageEvidence } from './image-evidence.ts';
import type { LockedPackage } from './locked-package.ts';
import type { SbomComponent } from './sbom-component.ts';
import type { FoundPackage } from './merge-packages.ts';
import { mergePackages } from './merge-packages.ts';
import { addToolEvidence, unreadNotes } from './tool-evidence.ts';

export interface SbomModel {
  /** Sorted by ref. */
  readonly components: readonly SbomComponent[];
  /** Refs of what nothing but the image itself needs. */
  readonly top: readonly string[];
  /** Refs by how well it is known what they are made of or need. */
  readonly knowledge: {
    /** All that these need is stated. */
    readonly edgesComplete: readonly string[];
    readonly edgesUnknown: readonly string[];
    /** Programs that do not say what they are made of. */
    readonly partsUnknown: readonly string[];
  };
  /** Whether every file of the image is in the document or belongs to a package that is. */
  readonly complete: boolean;
  readonly notes: ReturnType<EvidenceNotes['all']>;
}

export interface ModelInput {
  readonly image: ImageInventory;
  readonly locked: readonly { readonly path: string; readonly packages: readonly LockedPackage[] }[];
  readonly binaries: readonly ReleasedBinary[];
  /** How many files that nothing explains are listed. */
  readonly maximumFiles: number;
  /** What other programs found. Default: none ran. */
  readonly tools?: readonly ToolInventory[];
}

/** Puts together what the image and the lock files say. Throws INPUT_INVALID where lock files contradict each other. */
export function sbomModel(input: ModelInput): SbomModel {
  const { image, locked } = input;
  const notes = evidenceNotes();
  const lockedCrate = lockedCrates(locked);
  const evidence = readImageEvidence(image, notes, (crate, path) => lockedCrate(crate) ?? localRef(crate, path));
  for (const { path, packages } of locked) notes.read(`lock file: ${packages.length} packages of ${path}`);
  for (const area of neverRead(input.tools)) notes.missed(area);
  const packages = mergePackages([...locked, ...evidence.packages]);
  const { files, leftOut } = unexplained(input, evidence);
  if (leftOut !== undefined) notes.missed(leftOut);
  for (const path of image.unread) notes.missed(`files: ${JSON.stringify(path)} is sparse and was not read`);
  const known = new Set(packages.map(({ ref }) => ref));
  const own = [
    ...packages.map((found) => packageComponent(found, known)),
    ...files.map((file) => fileComponent(file, input, evidence)),
    ...osComponents(evidence),
  ].sort((left, right) => (left.ref < right.ref ? -1 : 1));
  const components = addToolEvidence(own, input.tools ?? [], notes);
  const stated = new Set(locked.flatMap((file) => file.packages.map(({ ref }) => ref)));
  const said = notes.all();
  // What another program did not look for is no less in the document than without it.
  const harmless = [...neverRead(input.tools), ...(input.tools ?? []).flatMap(unreadNotes)];
  const isWhole = (note: string): boolean => harmless.includes(note) || note.startsWith('operating system:');
  return {
    components,
    top: topOf(components),
    knowledge: {
      edgesComplete: components.filter(({ ref }) => stated.has(ref)).map(({ ref }) => ref),
      edgesUnknown: components.filter(({ ref }) => !stated.has(ref)).map(({ ref }) => ref),
      partsUnknown: files.filter((file) => isOpaque(file, evidence)).map(fileRef),
    },
    complete: said.missed.every(isWhole),
    notes: said,
  };
}

function neverRead(tools: ModelInput['tools'] = []): readonly string[] {
  const names = tools.map(({ tool }) => tool.name).sort();
  const others = 'other ecosystems: what Python, Ruby, Java, .NET or PHP installed is there as files only';
  return [
    'dependencies: those between installed packages were not read',
    'integrity: files of installed packages were not compared with what their packages shipped',
    'licences: those of Debian packages, Rust crates and Go modules were not read',
    names.length === 0 ? others : `${others}, but for what ${names.join(' and ')} found of it`,
  ];
}

function localRef({ name, version }: CrateName, path: string): string {
  return `local:${path}#${name}@${version}`;
}

type CrateName = Pick<LockedPackage, 'name' | 'version'>;

/** Finds the one crate of the lock files that can be meant by a name and a version, and is not of the default registry. */
function lockedCrates(locked: ModelInput['locked']): (crate: CrateName) => string | undefined {
  const plain = /^pkg:cargo\/[^?]*$/;
  const refs = locked
    .filter(({ path }) => path.endsWith('Cargo.lock'))
    .flatMap(({ packages }) => packages)
    .filter(({ ref }) => !plain.test(ref));
  const byName = Map.groupBy(refs, ({ name, version }) => `${name}@${version}`);
  return ({ name, version }) => {
    const [ref, ...more] = new Set(byName.get(`${name}@${version}`)?.map((own) => own.ref));
    return more.length === 0 ? ref : undefined;
  };
}

/** Files that no package has, the declared binaries always; beyond the maximum a digest stands for their list. */
function unexplained(
  { image, binaries, maximumFiles }: ModelInput,
  evidence: ImageEvidence,
): { readonly files: readonly InventoryFile[]; readonly leftOut: string | undefined } {
  const declared = new Set(binaries.map(({ path }) => image.leadsTo(path)));
  const rank = ({ path, elf, mode }: InventoryFile): number => {
    if (declared.has(path) || evidence.programs.has(path)) return 0;
    return elf ? 1 : (mode & 0o111) === 0 ? 3 : 2;
  };
  const all = image.files
    .filter((file) => rank(file) === 0 || !evidence.explained.has(file.path))
    // Sorting keeps the order of equal ones: by path.
    .toSorted((left, right) => rank(left) - rank(right));
  const always = all.filter((file) => rank(file) === 0).length;
  const cut = Math.max(always, maximumFiles);
  const rest = all.slice(cut);
  if (rest.length === 0) return { files: all, leftOut: undefined };
  const hash = createHash('sha256');
  for (const { path, digest } of rest) hash.update(`${hexOf(digest)}  ${path}\n`);
  const leftOut = `files: ${rest.length} that no package explains are left out; their list has the SHA-256 ${hash.digest('hex')}`;
  return { files: all.slice(0, cut), leftOut };
}

function packageComponent(found: FoundPackage, known: ReadonlySet<string>): SbomComponent {
  return { ...found, type: 'library', dependsOn: found.dependsOn.filter((ref) => known.has(ref) && ref !== found.ref) };
}

function fileComponent(file: InventoryFile, { image, binaries }: ModelInput, evidence: ImageEvidence): SbomComponent {
  const names = binaries.map(({ path }) => path).filter((path) => image.leadsTo(path) === file.path);
  return {
    ref: fileRef(file),
    type: 'file',
    name: file.path,
    version: undefined,
    purl: undefined,
    hashes: [{ algorithm: 'SHA-256', hex: hexOf(file.digest) }],
    source: undefined,
    scope: undefined,
    dependsOn: evidence.programs.get(file.path) ?? [],
    occurrences: [...new Set([file.path, ...names])].sort(),
  };
}

function fileRef({ path }: InventoryFile): string {
  return `file:${path}`;
}

function osComponents({ os }: ImageEvidence): readonly SbomComponent[] {
  if (os === undefined) return [];
  const { id, versionId } = os.release;
  return [
    {
      ref: `os:${id}`,
      type: 'operating-system',
      name: id,
      version: versionId,
      purl: undefined,
      hashes: [],
      source: undefined,
      scope: undefined,
      dependsOn: [],
      occurrences: [os.path],
    },
  ];
}

/** The project's own packages, and what is in the image without anything that needs it. */
function topOf(components: readonly SbomComponent[]): readonly string[] {
  const needed = new Set(components.flatMap(({ dependsOn }) => dependsOn));
  const isIn = (place: string): boolean => place.startsWith('/');
  return components
    .filter(
      ({ ref, occurrences, sightings }) =>
        ref.startsWith('local:') || (!needed.has(ref) && (sightings !== undefined || occurrences.some(isIn))),
    )
    .map(({ ref }) => ref);
}
