import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { CoreChanges1763800000001 } from './changes.migration.js';

/** The change log, which triggers write. */
@Module({ imports: [DatabaseModule.forFeature([], [CoreChanges1763800000001])] })
export class ChangesModule {}
