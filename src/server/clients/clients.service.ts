import { Inject, Injectable } from '@nestjs/common';
import type { Repository } from 'typeorm';
import type { Settings } from '../../config/settings.js';
import { InjectRepository } from '../database/inject-repository.js';
import { SETTINGS } from '../settings.token.js';
import { ClientEntity, FIRST_PARTY_CLIENT } from './client.entity.js';

/** RFC 6749 appendix A.1: visible ASCII and spaces. What isn't of this form is nobody's, and isn't looked up. */
const CLIENT_ID = /^[\x20-\x7E]{1,200}$/;

/** Reads the registered clients. */
@Injectable()
export class ClientsService {
  constructor(
    @InjectRepository(ClientEntity) private readonly clients: Repository<ClientEntity>,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** The active client of this id; the first-party one only where the settings leave it on. */
  async findActive(clientId: string): Promise<ClientEntity | null> {
    if (!CLIENT_ID.test(clientId)) return null;
    if (clientId === FIRST_PARTY_CLIENT && !this.settings.firstPartyClient) return null;
    return this.clients.findOneBy({ clientId, isActive: true });
  }
}
