import { MemoryStore } from '../../lib/store/memory.ts';
import { openSqliteStore } from '../../lib/store/sqlite/store.ts';
import { contract } from './contract.ts';
import { newDirectory } from './directories.ts';

contract('memory', () => Promise.resolve(new MemoryStore()));
contract('sqlite', () => openSqliteStore({ directory: newDirectory() }));
