/** The form in which a place of backups is typed: a folder or a bucket. */
import type { BackupPlace } from '../../../../src-main/contract/backups.ts';

export interface PlaceForm {
  kind: BackupPlace['kind'];
  path: string;
  endpoint: string;
  bucket: string;
  prefix: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  pathStyle: boolean;
}

export function formOfPlace(place: BackupPlace | null): PlaceForm {
  const s3 = place?.kind === 's3' ? place : null;
  return {
    kind: place?.kind ?? 'folder',
    path: place?.kind === 'folder' ? place.path : '',
    endpoint: s3?.endpoint ?? 'https://',
    bucket: s3?.bucket ?? '',
    prefix: s3?.prefix ?? '',
    region: s3?.region ?? 'us-east-1',
    accessKeyId: s3?.accessKeyId ?? '',
    secretAccessKey: '',
    pathStyle: s3?.pathStyle ?? true,
  };
}

export function placeOfForm({ kind, path, ...bucket }: PlaceForm): BackupPlace {
  return kind === 'folder' ? { kind, path } : { kind, ...bucket };
}

export function isPlaceComplete({ kind, path, endpoint, bucket, region, accessKeyId }: PlaceForm): boolean {
  if (kind === 'folder') return path.trim() !== '';
  return URL.canParse(endpoint) && bucket !== '' && region !== '' && accessKeyId !== '';
}
