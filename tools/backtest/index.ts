export { backtestVerb } from './verb.ts';
