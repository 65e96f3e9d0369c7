declare module 'postject' {
  /** Writes a blob into a program (a note of an ELF file), in place: file, name of the resource, blob, how it is found. */
  export const inject: (
    ...call: readonly [string, string, Uint8Array, { readonly sentinelFuse: string }]
  ) => Promise<void>;
}
