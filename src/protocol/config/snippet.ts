/** What an editor inserts with a key, in the form of VS Code's own JSON schemas. */
export const snippet = (label: string, body: unknown) => ({ defaultSnippets: [{ label, body }] });
