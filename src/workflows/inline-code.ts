/** Writes a text as inline code of Markdown, which a backtick or a line break of the cloud would break. */
export function code(text: string): string {
  return `\`${text.replaceAll(/[`\r\n]/g, ' ')}\``;
}
