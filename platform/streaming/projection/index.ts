export { startProjection, type Projection } from './projection.ts';
