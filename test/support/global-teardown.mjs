import { stopTestStack } from './test-stack-process.mjs';

/** jest's globalTeardown of the project "stack": ends what its globalSetup started and removes its folder. */
export default async function globalTeardown() {
  await stopTestStack();
}
