import { writeFileSync } from 'node:fs';
import { projectPath } from '../../platform/kernel/project.ts';
import { settingsPage } from './settings-page.ts';

// npm run docs:settings
writeFileSync(projectPath('docs', 'settings.md'), settingsPage());
