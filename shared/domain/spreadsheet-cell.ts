/**
 * A text as a cell that a spreadsheet takes for text: what it would take for a formula has a quote before it (OWASP, CSV injection). Spaces
 * before the sign help nobody: some programs trim. For texts that people wrote; our own numbers go as they are.
 */
export const defusedCell = (text: string): string =>
  /^\s*[=+\-@\t\r\n|%]/.test(text) || /^[\t\r\n]/.test(text) ? `'${text}` : text;
