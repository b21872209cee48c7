/** Things too large for a row or an event, kept under a name made from their content (docs/architecture.md §5). */
export { openArchive, type Archive } from './archive.ts';
