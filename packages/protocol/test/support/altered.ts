/** A line with the value at the path (`EXT.leases.0.1`) replaced by some JSON, or left out. */
export function altered(line: string, path: string, json: string | undefined): string {
  const marker = "@@";
  const keys = path.split(".");
  const replaced = (value: unknown, [key = "", ...rest]: readonly string[]): unknown => {
    if (typeof value !== "object" || value === null) throw new Error(`${line} has no ${path}`);
    const entry: unknown = rest.length === 0 ? marker : replaced(Reflect.get(value, key), rest);
    if (Array.isArray(value)) return value.with(Number(key), entry);
    const { [key]: _, ...others }: Record<string, unknown> = { ...value };
    return rest.length === 0 && json === undefined ? others : { ...value, [key]: entry };
  };
  return JSON.stringify(replaced(JSON.parse(line), keys)).replace(`"${marker}"`, json ?? "null");
}
