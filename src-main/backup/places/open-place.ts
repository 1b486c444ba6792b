/** A place, from what somebody said of it: settings, or an argument of the command line. */
import { setTimeout as wait } from 'node:timers/promises';
import { S3Client } from '../../protocol/s3/s3-client.ts';
import type { Place } from '../port.ts';
import { FolderPlace } from './folder-place.ts';
import { S3Place } from './s3-place.ts';

export interface FolderPlaceSetting {
  readonly kind: 'folder';
  readonly path: string;
}

export interface S3PlaceSetting {
  readonly kind: 's3';
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly prefix: string;
  readonly pathStyle: boolean;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export type PlaceSetting = FolderPlaceSetting | S3PlaceSetting;

export function placeTitle(setting: PlaceSetting): string {
  if (setting.kind === 'folder') return setting.path;
  const { endpoint, bucket, prefix } = setting;
  return [endpoint.replace(/\/$/u, ''), bucket, prefix].filter((part) => part !== '').join('/');
}

/** `now`: for signatures of requests. */
export function openPlace(setting: PlaceSetting, now: () => number): Place {
  if (setting.kind === 'folder') return new FolderPlace(setting.path);
  const { accessKeyId, secretAccessKey, prefix, ...server } = setting;
  const credentials = { accessKeyId, secretAccessKey };
  const client = new S3Client({ ...server, credentials, now, wait: (ms) => wait(ms) });
  return new S3Place(client, { title: placeTitle(setting), prefix });
}

/** The same, where a repository is to be made. */
export async function makePlace(setting: PlaceSetting, now: () => number): Promise<Place> {
  if (setting.kind !== 'folder') return openPlace(setting, now);
  const place = new FolderPlace(setting.path);
  await place.makeFolder();
  return place;
}
