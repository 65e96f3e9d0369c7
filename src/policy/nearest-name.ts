/**
 * The known name a mistyped one probably means: the same but for case, `-` and `_` (`release-branches`), or at most two
 * typing slips away. Undefined where nothing is near.
 */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  if (name.length > 64) return undefined;
  const typed = fold(name);
  const limit = typed.length <= 3 ? 1 : 2;
  const [nearest] = known
    .map((candidate) => ({ candidate, slips: countSlips(typed, fold(candidate)) }))
    .filter(({ slips }) => slips <= limit)
    .toSorted((left, right) => left.slips - right.slips);
  return nearest?.candidate;
}

function fold(name: string): string {
  return name.replaceAll(/[-_\s]/g, '').toLowerCase();
}

/** Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours. */
function countSlips(left: string, right: string): number {
  let before: readonly number[] = [];
  let previous: readonly number[] = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const same = left[row - 1] === right[column - 1];
      const swapped = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      const costs = [at(previous, column) + 1, at(current, column - 1) + 1, at(previous, column - 1) + (same ? 0 : 1)];
      if (swapped && row > 1 && column > 1) costs.push(at(before, column - 2) + 1);
      current.push(Math.min(...costs));
    }
    before = previous;
    previous = current;
  }
  return at(previous, right.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? 0;
}
