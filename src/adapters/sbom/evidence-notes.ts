/** What a document says of itself: what was read, and what was not. */
export interface EvidenceNotes {
  /** `<area>: <what of it>`, without a final period. */
  read(note: string): void;
  missed(note: string): void;
  /** Two that looked say different things. */
  conflict(note: string): void;
  /** Sorted, each note once. */
  all(): Readonly<Record<'read' | 'missed' | 'conflicts', readonly string[]>>;
}

export function evidenceNotes(): EvidenceNotes {
  const read = new Set<string>();
  const missed = new Set<string>();
  const conflicts = new Set<string>();
  return {
    read: (note) => void read.add(note),
    missed: (note) => void missed.add(note),
    conflict: (note) => void conflicts.add(note),
    all: () => ({ read: [...read].sort(), missed: [...missed].sort(), conflicts: [...conflicts].sort() }),
  };
}
