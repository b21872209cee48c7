export { bigintArray, byteaArray, intArray, textArray } from './binary-array.ts';
export { isConnectionFailure, isSerializationFailure, sqlState } from './errors.ts';
export { migrate } from './migrate.ts';
export { listen } from './notifications.ts';
export { createPool } from './pool.ts';
export { inTransaction } from './transaction.ts';
export { Watched } from './watched.ts';
