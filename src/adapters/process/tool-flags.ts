import type { ToolResult } from './run-tool.ts';

/** The long flags that a tool's help lists: which there are grows from version to version. */
export function flagsIn({ stdout }: Pick<ToolResult, 'stdout'>): ReadonlySet<string> {
  const names = new TextDecoder().decode(stdout).matchAll(/^\s+(?:-\w, )?(--[a-z-]+)\b/gm);
  return new Set([...names].map(([, name = '']) => name));
}

/** Hands on what a tool says as text, whole characters only. */
export function asText(tell: (text: string) => void): (chunk: Uint8Array) => void {
  const decoder = new TextDecoder();
  return (chunk) => tell(decoder.decode(chunk, { stream: true }));
}
