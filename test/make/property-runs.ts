/**
 * How many cases a property is tried on: few where everything is tested, as many as CUTWATER_PROPERTY_RUNS says where
 * somebody wants to know for sure (`CUTWATER_PROPERTY_RUNS=10000 node --test src/documents/*.property.test.ts`).
 */
export function propertyRuns(usual: number): number {
  const asked = Number(process.env['CUTWATER_PROPERTY_RUNS'] ?? '');
  return Number.isSafeInteger(asked) && asked > 0 ? asked : usual;
}
