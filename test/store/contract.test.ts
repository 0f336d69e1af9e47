import { MemoryStore } from '../../lib/store/memory.ts';
import { contract } from './contract.ts';
import { newDirectory, openStore } from './directories.ts';

contract('memory', () => Promise.resolve(new MemoryStore()));
contract('sqlite', () => openStore({ directory: newDirectory() }));
