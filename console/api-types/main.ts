import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import openapiTS, { astToString } from 'openapi-typescript';
import { projectPath } from '../../platform/kernel/project.ts';
import { consoleApiDocument } from './document.ts';

// Writes the types of the console's API for console/web: npm run build:api-client.
const folder = projectPath('console', 'web', 'src', 'generated');
mkdirSync(folder, { recursive: true });
const document = JSON.stringify(await consoleApiDocument());
writeFileSync(join(folder, 'api.d.ts'), astToString(await openapiTS(document)));
