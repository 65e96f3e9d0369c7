import type { ExtractedFile, ImageFiles } from '../../ports/image-files.ts';

/** Takes each file out of each image once in a run: a manifest's digest says for ever what is in it. */
export function rememberFiles(files: ImageFiles): ImageFiles {
  const known = new Map<string, Promise<ExtractedFile | undefined>>();
  return {
    ...files,
    extract: (repository, manifest, path) => {
      const key = `${manifest} ${path}`;
      const file = known.get(key) ?? files.extract(repository, manifest, path);
      known.set(key, file);
      // A failure may pass: the next one who asks tries again.
      file.catch(() => known.delete(key));
      return file;
    },
  };
}
