"""What happens to people who mean harm, and to those whom they mean it to."""
