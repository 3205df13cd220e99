export type CameraProblem = 'refused' | 'absent' | 'busy' | 'failed';

export interface Camera {
  stream: MediaStream;
  hasTorch: boolean;
  /** Answers whether the light is on now. */
  setTorch(on: boolean): Promise<boolean>;
  /** Called when the camera goes away by itself: pulled out, or taken by a call. */
  onended(callback: () => void): void;
  close(): void;
}

type TorchCapabilities = MediaTrackCapabilities & { torch?: boolean };
const torchOf = (torch: boolean): MediaTrackConstraints => ({ advanced: [{ torch } as MediaTrackConstraintSet] });

/** Opens the camera that looks away from the person, when there are several. Rejects as `getUserMedia` does. */
export async function openCamera(): Promise<Camera> {
  // Absent on old browsers, and on a page without a safe connection.
  const media = navigator.mediaDevices as MediaDevices | undefined;
  if (!media) throw new DOMException('no camera', 'NotFoundError');
  const video = { facingMode: { ideal: 'environment' }, width: { ideal: 1_280 }, height: { ideal: 960 } };
  const stream = await media.getUserMedia({ video, audio: false });
  const [track] = stream.getVideoTracks();
  const hasTorch = Boolean((track?.getCapabilities?.() as TorchCapabilities | undefined)?.torch);
  return {
    stream,
    hasTorch,
    setTorch: async (on) =>
      (await track?.applyConstraints(torchOf(on)).then(
        () => on,
        () => false,
      )) ?? false,
    onended: (callback) => track?.addEventListener('ended', callback),
    close: () => stream.getTracks().forEach((one) => one.stop()),
  };
}

/** What to tell the person of a camera that did not open. */
export function cameraProblem(error: unknown): CameraProblem {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'refused';
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return 'absent';
  return name === 'NotReadableError' || name === 'AbortError' ? 'busy' : 'failed';
}
