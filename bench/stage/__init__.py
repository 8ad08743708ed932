"""What the media benches share: a clip, a platform, and a show without a desk."""
