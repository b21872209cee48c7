export { startProjection } from './projection.ts';
