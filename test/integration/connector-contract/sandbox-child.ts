import { type BureauSandboxOptions, startSandboxOf } from '../../../connectors/bureaus/sandbox/index.ts';

/** The scoring sandbox in a process of its own, for measuring. */
const sandbox = await startSandboxOf('scoring', JSON.parse(process.env.SANDBOX_CHILD!) as BureauSandboxOptions);
process.send?.({ env: sandbox.env });
process.on('message', () => process.send?.(sandbox.stats()));
