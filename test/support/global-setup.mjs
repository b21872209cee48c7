import { startTestStack } from './test-stack-process.mjs';

/** jest's globalSetup of the project "stack" (plain JavaScript: jest loads it without transform). */
export default async function globalSetup() {
  if (!process.env['HUB_TEST_STACK']) await startTestStack();
}
