import { openFolderStore } from './index.ts';
import { content } from './store.test.fixture.ts';

// Saves until it is killed; says each step when `save` has returned.
const store = await openFolderStore(process.argv[2] ?? '', { retention: { keepLast: 3 } });
for (let step = Number(process.argv[3]); ; step++) {
  await store.save(content(step));
  process.stdout.write(`${step}\n`);
}
