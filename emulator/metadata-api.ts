import { type Accounts, expiryFields, type TemporaryAccount } from './accounts';
import { type Answer, readAnswer } from './answer';
import { integer, listOf, objectOf, type Reader, text } from './json-reader';
import { type Content, jsonContent, type Reply, replyWith } from './reply';

/** The role of the machine, whose keys the metadata endpoint hands out. */
export interface MetadataOptions {
  role: string;
  /** Default 7200. */
  lifetimeSeconds?: number;
  /** A key that ends within this time is replaced by a new one when asked for; default 0, only once it has ended. */
  renewBeforeSeconds?: number;
  /** One per call of either path, before the usual behaviour resumes; see {@link StsOptions.answers}. */
  answers?: Answer[];
  /** Actions that its keys may call; default all. */
  actions?: string[];
}

/** Reads {@link MetadataOptions} from JSON. */
export const readMetadata: Reader<MetadataOptions> = objectOf<MetadataOptions>(
  {
    role: text,
    lifetimeSeconds: integer(0),
    renewBeforeSeconds: integer(0),
    answers: listOf(readAnswer),
    actions: listOf(text),
  },
  'role',
);

/** Every path of the metadata endpoint starts with this. */
export const METADATA_PREFIX = '/latest/meta-data/';

const CREDENTIALS_PATH = `${METADATA_PREFIX}cam/security-credentials/`;
const NOT_FOUND: Reply = {
  how: { httpStatus: 404 },
  content: { label: 'NotFound', contentType: 'text/html', text: '<html>404 Not Found</html>' },
};

/** The metadata endpoint of a machine with a role. */
export class MetadataApi {
  private options?: MetadataOptions | undefined;
  private answers: Answer[] = [];
  private current?: TemporaryAccount | undefined;

  constructor(
    private readonly accounts: Accounts,
    private readonly cloudNow: () => number,
  ) {}

  /** Replaces or removes the role; the next call for a key gets a new one. */
  set(options: MetadataOptions | undefined): void {
    this.options = options;
    this.answers = [...(options?.answers ?? [])];
    this.current = undefined;
  }

  /** Answers the name of the role, or its key. */
  answer(method: string, path: string): Reply {
    const { options } = this;
    const asked = path.startsWith(CREDENTIALS_PATH) ? path.slice(CREDENTIALS_PATH.length) : undefined;
    if (!options || method !== 'GET' || asked === undefined) return NOT_FOUND;
    const { role } = options;
    if (asked !== '' && decodeURIComponent(asked) !== role) return NOT_FOUND;
    const how = this.answers.shift() ?? {};
    if (asked === '') return replyWith(how, () => ({ label: 'role', contentType: 'text/plain', text: role }));
    return replyWith(how, () => this.credentials(options));
  }

  private credentials({ lifetimeSeconds = 7200, renewBeforeSeconds = 0, actions }: MetadataOptions): Content {
    const now = this.cloudNow();
    if (!this.current || now >= this.current.expiresAt - renewBeforeSeconds * 1000) {
      this.current = this.accounts.issue(now, { lifetimeSeconds, ...(actions && { actions }) });
    }
    const { secretId: TmpSecretId, secretKey: TmpSecretKey, token: Token } = this.current;
    const fields = { TmpSecretId, TmpSecretKey, ...expiryFields(this.current), Token, Code: 'Success' };
    return jsonContent('Credentials', fields);
  }
}
