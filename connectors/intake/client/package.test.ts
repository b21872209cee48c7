import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectPath } from '../../../platform/kernel/project.ts';
import { messageOfRequest, readAuthorization, verifierOf } from '../partners/signing/index.ts';

const run = promisify(execFile);
let folder: string;

/** A partner's project with the packed client in it, as `npm install` of the archive would leave it. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'partner-client-'));
  const built = join(folder, 'built');
  await run(process.execPath, [projectPath('connectors', 'intake', 'client', 'build-package.mjs'), built]);
  const { stdout } = await run('npm', ['pack', '--offline', '--json', '--pack-destination', folder], { cwd: built });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  const installed = join(folder, 'node_modules', '@autofin-hub', 'partner-client');
  mkdirSync(installed, { recursive: true });
  await run('tar', ['-xzf', join(folder, filename), '-C', installed, '--strip-components', '1']);
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const PROGRAM = `
import { createServer } from 'node:http';
import { HubClient, type Receipt } from '@autofin-hub/partner-client';

const server = createServer(async (request, response) => {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  console.log(JSON.stringify([request.headers.authorization, Buffer.concat(pieces).toString()]));
  response.setHeader('content-type', 'application/json').writeHead(202).end('{"applicationId":"a-1","status":"RECEIVED"}');
});
server.listen(0, '127.0.0.1', async () => {
  const { port } = server.address() as { port: number };
  const credentials = { appId: 'dealer', scheme: 'HUB1-HMAC-SHA256', secret: 'a secret' } as const;
  const hub = new HubClient({ url: \`http://127.0.0.1:\${port}\`, credentials });
  const receipt: Receipt = await hub.send({ partnerOrderNo: 'D-1' } as Parameters<typeof hub.send>[0]);
  console.log(JSON.stringify(receipt));
  server.close();
});
`;

describe('the package of the partners’ client', () => {
  it('signs what it sends, in a project that has nothing else of the hub, and its types hold', async () => {
    writeFileSync(join(folder, 'program.mts'), PROGRAM);
    const options = ['--target', 'es2022', '--module', 'nodenext', '--strict', '--types', 'node', '--outDir', folder];
    await run(process.execPath, [
      projectPath('node_modules', 'typescript', 'bin', 'tsc'),
      join(folder, 'program.mts'),
      ...options,
      '--typeRoots',
      projectPath('node_modules', '@types'),
    ]);
    const { stdout } = await run(process.execPath, [join(folder, 'program.mjs')], { cwd: folder });
    const [sent, receipt] = stdout.trim().split('\n');
    expect(JSON.parse(receipt!)).toEqual({ applicationId: 'a-1', status: 'RECEIVED' });
    const [header, body] = JSON.parse(sent!) as [string, string];
    const authorization = readAuthorization(header);
    if (!('signature' in authorization)) throw new Error('not signed');
    const { timestamp, nonce, signature } = authorization;
    const message = messageOfRequest({
      method: 'POST',
      target: '/v1/applications',
      timestamp,
      nonce,
      body: Buffer.from(body),
    });
    const verifier = verifierOf('HUB1-HMAC-SHA256', Buffer.from('a secret'));
    expect(verifier.verify(message, Buffer.from(signature, 'base64'))).toBe(true);
  }, 120_000);

  it('holds its licence, its changelog and no file of the hub', () => {
    const installed = join(folder, 'node_modules', '@autofin-hub', 'partner-client');
    expect(readFileSync(join(installed, 'LICENSE'), 'utf8')).toContain('Apache License');
    const { version } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as { version: string };
    expect(readFileSync(join(installed, 'CHANGELOG.md'), 'utf8')).toContain(`## ${version}`);
    expect(readFileSync(join(installed, 'index.mjs'), 'utf8')).not.toMatch(/^import .* from "(?!node:|crypto")/m);
  });
});
