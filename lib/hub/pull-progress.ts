/** Where a pull is. */
export type PullProgress =
  | {
      stage: "download";
      repository: string;
      /** Path in the repository. */
      file: string;
      /** Bytes of the file that are there. */
      bytes: number;
      total: number;
    }
  | {
      stage: "convert";
      repository: string;
      /** Share of the converted file that is written, 0…1. */
      fraction: number;
    };

export type OnDownload = (progress: Extract<PullProgress, { stage: "download" }>) => void;
